"""The outside world: a game supplier and two payment providers, written from their protocols.

They share no code with the product, so that a misreading on one side does not hide one on the other. Keys are made at
each start; `POST /control/casinos` signs contracts for a casino and tells what its operator has to configure.
"""
