"""Who may do what: a policy that every service holds, and one function that decides by it."""
