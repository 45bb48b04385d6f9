# A static convx in an image of nothing else. It runs as nobody in particular (also with --user) on a read-only root: what it
# reads and writes is mounted at /work.
#
#   docker build -t convx .
#   docker run --rm --read-only --user "$(id -u):$(id -g)" -v "$PWD:/work" convx flops --net ./net.yaml
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w ${VERSION:+-X convx/internal/cli.stamped=$VERSION}" -o /convx ./cmd/convx

FROM scratch
COPY --from=build /convx /convx
COPY LICENSE NOTICES /
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/convx"]
