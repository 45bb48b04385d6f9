// Package budget holds counts to limits: a budget (what a network may cost), or a baseline (what it cost before).
//
// A Subject is what was counted: totals, and a row a layer. Check holds it to a Budget, and Compare to an earlier
// Subject; both give Checks, one a limit, passed or not. Checks print as lines for people, as workflow annotations for
// GitHub and as JUnit XML for other CI servers. Everything here is arithmetic on counts: nothing reads networks.
package budget
