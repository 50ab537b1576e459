"""The books: accounts, transfers between them, and the rules by which a transfer is posted or refused."""
