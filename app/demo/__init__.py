"""Three demo businesses: ordinary OpenID Connect clients that know the provider by its discovery document only."""
