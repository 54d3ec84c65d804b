//! Places for what is parked, each with a number that is exact in JavaScript. Pure.

// A number is `turn * MAX_PLACES + place`: at most 2^52. There is no memory for as many places.
const MAX_PLACES: u64 = 1 << 24;
const MAX_TURNS: u32 = 1 << 28;

/// What is parked, by number. A place is used again, its turn is not: an old number finds nothing.
pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<usize>,
}

struct Place<T> {
    turn: u32,
    parked: Option<T>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Parks something. Its number is never 0.
    pub fn park(&mut self, parked: T) -> f64 {
        let index = self.free.pop().unwrap_or(self.places.len());
        let last = self.places.get(index).map_or(0, |place| place.turn);
        let place = Place {
            turn: last % MAX_TURNS + 1,
            parked: Some(parked),
        };
        let number = u64::from(place.turn) * MAX_PLACES + index as u64;
        match self.places.get_mut(index) {
            Some(free) => *free = place,
            None => self.places.push(place),
        }
        number as f64
    }

    /// Takes out what was parked under a number; nothing if that was done before.
    pub fn take(&mut self, number: f64) -> Option<T> {
        let number = number as u64;
        let (turn, index) = (number / MAX_PLACES, (number % MAX_PLACES) as usize);
        let place = self
            .places
            .get_mut(index)
            .filter(|place| u64::from(place.turn) == turn)?;
        let parked = place.parked.take()?;
        self.free.push(index);
        Some(parked)
    }

    /// How much is parked.
    pub const fn live(&self) -> usize {
        self.places.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_parked_is_taken_once() {
        let mut slab = Slab::default();
        let (a, b) = (slab.park('a'), slab.park('b'));
        assert!(a != b && a != 0.0 && b != 0.0);
        assert_eq!(slab.live(), 2);
        assert_eq!(slab.take(a), Some('a'));
        assert_eq!(slab.take(a), None);
        assert_eq!((slab.take(b), slab.live()), (Some('b'), 0));
    }

    #[test]
    fn a_place_used_again_has_another_turn_so_an_old_number_finds_nothing() {
        let mut slab = Slab::default();
        let old = slab.park('a');
        assert_eq!(slab.take(old), Some('a'));
        let new = slab.park('b');
        assert_eq!(slab.places.len(), 1, "the place is used again");
        assert_ne!(old, new);
        assert_eq!(slab.take(old), None);
        assert_eq!(slab.take(new), Some('b'));
    }

    #[test]
    fn what_is_no_number_of_a_place_finds_nothing() {
        let mut slab = Slab::default();
        let number = slab.park('a');
        for none in [0.0, -1.0, 1.0, number + 1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(slab.take(none), None, "{none}");
        }
        assert_eq!(slab.live(), 1);
    }

    #[test]
    fn turns_go_round_and_stay_exact() {
        let mut slab = Slab::default();
        let first = slab.park('a');
        slab.take(first);
        if let Some(place) = slab.places.first_mut() {
            place.turn = MAX_TURNS - 1;
        }
        let last = slab.park('b');
        assert_eq!(last, (u64::from(MAX_TURNS) * MAX_PLACES) as f64);
        assert!(last <= 9_007_199_254_740_991.0);
        assert_eq!(slab.take(last), Some('b'));
        assert_eq!(slab.park('c'), first);
    }

    proptest! {
        // Random parking and taking, against a plain list.
        #[test]
        fn a_slab_is_a_list_of_what_was_not_taken(steps in prop::collection::vec(any::<Option<u8>>(), 1..200)) {
            let (mut slab, mut parked, mut gone) = (Slab::default(), Vec::new(), Vec::new());
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Some(which) if !parked.is_empty() => {
                        let (number, value) = parked.swap_remove(usize::from(which) % parked.len());
                        prop_assert_eq!(slab.take(number), Some(value));
                        gone.push(number);
                    }
                    _ => parked.push((slab.park(n), n)),
                }
                prop_assert_eq!(slab.live(), parked.len());
                for number in &gone {
                    prop_assert_eq!(slab.take(*number), None);
                }
            }
        }
    }
}
