"""Settlement files of providers and statements of banks: one pure reader each, from bytes to typed rows."""
