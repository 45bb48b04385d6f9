package network

// FileOf is fileOf, for tests that run what it makes.
var FileOf = fileOf
