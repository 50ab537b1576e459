"""Bank providers: the service's own code on one side of real HTTP, the simulator on the other."""
