"""Bad input: whatever is sent to a service, it answers with a problem document and nothing else happens."""
