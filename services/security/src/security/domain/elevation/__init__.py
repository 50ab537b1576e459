"""More access for some hours: asked for, approved by a second person, over by itself."""
