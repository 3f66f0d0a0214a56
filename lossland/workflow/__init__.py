"""From a config to files: planning, plug-ins, digests, provenance, what a job does around its work. Nothing else imports it."""
