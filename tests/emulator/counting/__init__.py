"""Counts what is in an account, through boto3 and without a line of the tool that is being checked."""
