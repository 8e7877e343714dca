"""Plans of geo load balancing that several stacks share, none of them above the others.

Defines the view of an account, the own pool, the merge of a load balancer, leaving, and the changes of a run.
Must not know records: the planner leaves balanced names out.
"""
