// The domain: names, plans, the provisioning job and its undo, the queue.
