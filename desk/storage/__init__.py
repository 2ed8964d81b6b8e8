"""The workspace's store (SQLCipher or PostgreSQL), its migrations, and the vault of encrypted media."""
