"""IAM where it decides: may this role do that to this resource?"""
