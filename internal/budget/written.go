package budget

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"convx/internal/lang"
	"convx/internal/report"
)

// Held is one network of a report: what became of its limits, or why it could not be counted.
type Held struct {
	Outcome
	Document report.Document
	// Err says why there is no outcome; Subject has the name and the file all the same.
	Err error
}

// Report is one or more networks that are printed together. Summary stands for them where there are several.
type Report struct {
	Parts   []Held
	Summary report.Document
}

// Write prints the report in a format for people or programs, or for a CI server, which wants limits alone.
func (r Report) Write(w io.Writer, l report.Layout, f report.Format) error {
	switch f {
	case GitHubFormat:
		return r.writeGitHub(w)
	case JUnitFormat:
		return r.writeJUnit(w)
	case report.MarkdownFormat:
		return r.writeMarkdown(w, l)
	}
	if len(r.Parts) == 1 {
		p := r.Parts[0]
		p.Document.Blocks = append(p.Document.Blocks, p.blocks(f)...)
		return l.Write(w, f, p.Document)
	}
	d := r.Summary
	if f != report.CSVFormat {
		for _, p := range r.Parts {
			d.Blocks = append(d.Blocks, p.short(f)...)
		}
	}
	return l.Write(w, f, d)
}

// short is a network's part of a report on several: what failed, what changed.
func (p Held) short(f report.Format) []report.Block {
	if p.Err != nil {
		return []report.Block{report.Text{p.Subject.Name + " " + p.what() + ": " + oneLine(p.Err)}}
	}
	return p.blocks(f)
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func (r Report) writeGitHub(w io.Writer) error {
	for _, p := range r.Parts {
		err := error(nil)
		if p.Err != nil {
			err = writeBroken(w, p)
		} else {
			named := p.Subject
			named.Name = p.name()
			err = WriteGitHub(w, named, p.Checks, p.Notes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeBroken annotates the places that are wrong in a file.
func writeBroken(w io.Writer, p Held) error {
	var b strings.Builder
	for _, at := range places(p.Err) {
		if at.At.Line == 0 {
			at.At.Line = 1
		}
		annotate(&b, "error", p.Subject, at.At, p.what(), at.Error())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) writeJUnit(w io.Writer) error {
	var doc suitesXML
	for _, p := range r.Parts {
		var s suiteXML
		if p.Err != nil {
			s = suiteXML{Name: "convx " + p.Subject.Name, Tests: 1, Errors: 1, Time: "0", Cases: []caseXML{{
				Class: p.Subject.Name, Name: "count", File: p.Subject.File, Time: "0",
				Error: &failureXML{Message: oneLine(p.Err), Type: "broken", Text: p.Err.Error()},
			}}}
		} else {
			s = suiteOf(p.Subject, p.Checks, p.Notes)
			s.Name = "convx " + report.Printable(p.name())
		}
		doc.Tests, doc.Failures, doc.Errors = doc.Tests+s.Tests, doc.Failures+s.Failures, doc.Errors+s.Errors
		doc.Suites = append(doc.Suites, s)
	}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte(xml.Header), append(text, '\n')...))
	return err
}

// Marker is what a comment begins with, by which the one to update is found.
const Marker = "<!-- convx flops -->"

// maxComment bounds a comment on a pull request, in characters: GitHub takes 65,536.
const maxComment = 60_000

// writeMarkdown prints a comment for a pull request: what failed and why first, then the layers that changed; all layers,
// folded, only where there is no baseline and as far as they fit.
func (r Report) writeMarkdown(w io.Writer, l report.Layout) error {
	blocks := []report.Block{report.Markup{Marker}}
	if len(r.Parts) > 1 {
		blocks = append(blocks, r.Summary.Blocks...)
	}
	for _, p := range r.Parts {
		blocks = append(blocks, p.comment(len(r.Parts) == 1)...)
	}
	var b bytes.Buffer
	if err := l.Write(&b, report.MarkdownFormat, report.Document{Blocks: blocks}); err != nil {
		return err
	}
	_, err := io.WriteString(w, cut([]rune(b.String())))
	return err
}

// What is folded stands between these.
func opening() string { return "<details><summary>" + lang.Text("Layers") + "</summary>" }

const closing = "</details>"

// cut ends a comment that is too long between two lines, and says so; what is folded is closed.
func cut(text []rune) string {
	if len(text) <= maxComment {
		return string(text)
	}
	rest := "\n\n" + lang.Text("the comment ends here, as it has an end: -f json has all") + "\n"
	head := string(text[:maxComment-len(rest)-len(closing)-2])
	if strings.Contains(head, "\n"+opening()+"\n") && !strings.Contains(head, "\n"+closing+"\n") {
		rest += "\n" + closing + "\n"
	}
	return head[:strings.LastIndexByte(head, '\n')] + rest
}

// comment is a network's part of a comment.
func (p Held) comment(layers bool) []report.Block {
	blocks := p.short(report.MarkdownFormat)
	if p.Err != nil || p.Difference != nil || !layers {
		return blocks
	}
	if len(blocks) == 0 {
		return p.Document.Blocks
	}
	blocks = append(blocks, report.Markup{opening()})
	return append(append(blocks, p.Document.Blocks...), report.Markup{closing})
}

// culpritText are the checks that failed, a line each.
func (v Outcome) culpritText() (lines report.Text) {
	for _, verdict := range []Verdict{Over, Undecided, Warned} {
		for _, c := range With(v.Checks, verdict) {
			lines = append(lines, fmt.Sprintf("%s: %s", verdict, c))
		}
	}
	return lines
}
