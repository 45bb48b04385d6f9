package dense

// productShare is what is left of pure Go's rates of products beside its others: two rows by four columns outgrow eight registers.
const productShare = 0.7
