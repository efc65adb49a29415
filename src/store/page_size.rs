//! Bounding the rows of a page by their number and by the text in them.

use diesel::QueryResult;

use crate::models::HasText;

/// How much text the rows of a page may have: beyond it, the page ends with fewer rows.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// How many rows of a table are in memory at once, where it is read page by page: fewer where they have much text, because one row can have 140 kB.
/// A page is empty only behind the last row.
pub(crate) struct PageSize {
    rows: i64,
    rows_max: i64,
    is_full: bool,
}

impl PageSize {
    pub(crate) const fn up_to(rows_max: i64) -> Self {
        Self { rows: rows_max, rows_max, is_full: false }
    }

    /// How many rows the next page may have. More than have room should not be asked for: the database sends all of them.
    pub(super) const fn rows(&self) -> i64 {
        self.rows
    }

    /// Whether the last page has all the rows that have room, so that there may be more.
    pub(crate) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Takes note of a page whose rows have little text.
    pub(crate) fn note(&mut self, rows: usize) {
        self.is_full = i64::try_from(rows).is_ok_and(|rows| rows == self.rows_max);
    }

    /// Takes the rows that have room.
    pub(super) fn take<R: HasText>(&mut self, found: impl IntoIterator<Item = QueryResult<R>>) -> QueryResult<Vec<R>> {
        let (mut page, mut text_bytes) = (Vec::new(), 0);
        for row in found {
            let row = row?;
            text_bytes += row.text_bytes();
            page.push(row);
            if text_bytes > TEXT_BYTES_MAX {
                break;
            }
        }
        let taken = i64::try_from(page.len()).unwrap_or(self.rows_max);
        self.is_full = taken == self.rows || text_bytes > TEXT_BYTES_MAX;
        let next = if text_bytes > TEXT_BYTES_MAX / 2 { taken } else { self.rows.max(2 * taken) };
        self.rows = next.clamp(1, self.rows_max);
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Row(usize);

    impl HasText for Row {
        fn text_bytes(&self) -> usize {
            self.0
        }
    }

    fn lengths(size: &mut PageSize, mut rows: &[Row]) -> Vec<usize> {
        let mut lengths = Vec::new();
        loop {
            let asked = rows.len().min(usize::try_from(size.rows()).unwrap());
            let page = size.take(rows[..asked].iter().cloned().map(Ok)).unwrap();
            assert!(size.is_full() || page.len() == rows.len(), "what is not full is the last");
            if page.is_empty() {
                return lengths;
            }
            rows = &rows[page.len()..];
            lengths.push(page.len());
        }
    }

    #[test]
    fn a_page_has_as_many_rows_as_it_may_and_fewer_where_they_have_much_text() {
        let rows = |count: usize, text: usize| vec![Row(text); count];
        let megabyte = TEXT_BYTES_MAX;
        assert_eq!(lengths(&mut PageSize::up_to(10), &rows(25, 0)), [10, 10, 5]);
        assert_eq!(lengths(&mut PageSize::up_to(10), &rows(5, megabyte / 2)), [3, 2]);
        assert_eq!(lengths(&mut PageSize::up_to(10), &rows(3, 2 * megabyte)), [1, 1, 1]);
        let light_again = [rows(2, 2 * megabyte), rows(20, 0)].concat();
        assert_eq!(lengths(&mut PageSize::up_to(10), &light_again), [1, 1, 1, 2, 4, 8, 5]);
        let mut size = PageSize::up_to(10);
        assert_eq!(lengths(&mut size, &[]), [0; 0]);
        assert_eq!(size.rows(), 10, "that there were none is no reason to ask for fewer");
    }
}
