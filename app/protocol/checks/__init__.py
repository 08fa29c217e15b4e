"""One check of an authorization request a file; `app.protocol.authorize_checks` says which runs where and when."""
