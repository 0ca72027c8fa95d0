//! Where the pool can be made wrong on purpose, so that a test sees whether its wrongness is noticed.

/// Whether the pool is wrong here on purpose. Never in a product.
#[cfg(any(test, feature = "testkit"))]
macro_rules! mutated {
    ($mutation:ident) => {
        $crate::testkit::Mutation::$mutation.is_on()
    };
}

/// Whether the pool is wrong here on purpose. Never in a product.
#[cfg(not(any(test, feature = "testkit")))]
macro_rules! mutated {
    ($mutation:ident) => {
        false
    };
}
