//! The store of real pools: one DynamoDB table.
