"""The deployment of a stack's operator in Kubernetes: the component's arguments and the rights of the operator.

Read it for what `truenorth deploy` makes of the settings, and for the rights that doctor and setup check. Defines
`inputs` (arguments), `rights` (needed) and `access_review` (present). Must not know Pulumi: the component declares.
"""
