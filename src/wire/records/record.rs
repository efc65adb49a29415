//! What makes a record: one declaration gives it its fields, the columns of its CSV and those of its tables.

use std::marker::PhantomData;

use serde::Serialize;
use serde::ser::SerializeMap;

/// A result as it is shown: the same fields, in the same order, in JSON and in CSV. Made by `record!`.
pub trait Record: Serialize + Sized {
    /// The names of its fields, in order. They are known where a list of them is empty too.
    fn columns() -> Vec<&'static str>;

    /// Its name, as the document of the API calls it.
    fn name() -> &'static str;

    /// Its fields in order, each with its type in Rust, as the document of the API tells of them.
    fn types() -> Vec<(&'static str, &'static str)>;

    /// What a table shows of it where nothing else is asked for.
    fn table() -> Columns<Self>;

    /// Writes its fields, in order, into an object that has begun.
    ///
    /// # Errors
    /// Those of the object.
    fn serialize_fields<M: SerializeMap>(&self, fields: &mut M) -> Result<(), M::Error>;
}

/// Some columns of a record, in the order in which a table shows them. Only the record's own declaration can name them.
#[derive(Clone, Debug)]
pub struct Columns<R> {
    names: Vec<&'static str>,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> Columns<R> {
    /// All of them.
    pub(super) fn all() -> Self {
        Self::of(R::columns())
    }

    /// By the paths of the fields: the last part is the name.
    pub(super) fn of(paths: impl IntoIterator<Item = &'static str>) -> Self {
        let name = |path: &'static str| plain(path.rsplit('.').next().unwrap_or_default().trim());
        Self { names: paths.into_iter().map(name).collect(), record: PhantomData }
    }

    /// These, and others behind them.
    pub(super) fn then(mut self, others: Self) -> Self {
        self.names.extend(others.names);
        self
    }

    /// The names, in order.
    #[must_use]
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}

/// A field's name without the mark of a word that Rust has for itself.
pub(super) fn plain(name: &'static str) -> &'static str {
    name.trim_start_matches("r#")
}

/// Declares a record. The fields of a record inside of it (`..balance: BalanceRecord`) stand before its own.
///
/// `table` names the columns of its table by their fields, and all of them are there where it is left out. Each `view` is another choice of
/// columns, with the name of the function that gives it. A name that is not a field does not compile.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $record:ident {
            $(..$outer:ident: $inner:ident,)?
            $($(#[$field_meta:meta])* $visibility:vis $field:ident: $type:ty,)+
        }
        $(table { $($($column:ident).+),+ $(,)? })?
        $($(#[$view_meta:meta])* view $view:ident { $($($view_column:ident).+),+ $(,)? })*
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $record {
            $($outer: $inner,)?
            $($(#[$field_meta])* $visibility $field: $type,)+
        }

        impl $crate::wire::Record for $record {
            fn columns() -> Vec<&'static str> {
                let mut columns = Vec::new();
                $(columns.extend(<$inner as $crate::wire::Record>::columns());)?
                columns.extend([$(stringify!($field)),+].map($crate::wire::records::record::plain));
                columns
            }

            fn name() -> &'static str {
                stringify!($record)
            }

            fn types() -> Vec<(&'static str, &'static str)> {
                let mut types = Vec::new();
                $(types.extend(<$inner as $crate::wire::Record>::types());)?
                types.extend([$(($crate::wire::records::record::plain(stringify!($field)), stringify!($type))),+]);
                types
            }

            fn table() -> $crate::wire::Columns<Self> {
                record!(@columns $record $({ $($($column).+),+ })?)
            }

            fn serialize_fields<M: serde::ser::SerializeMap>(&self, fields: &mut M) -> Result<(), M::Error> {
                $($crate::wire::Record::serialize_fields(&self.$outer, fields)?;)?
                $(fields.serialize_entry($crate::wire::records::record::plain(stringify!($field)), &self.$field)?;)+
                Ok(())
            }
        }

        impl serde::Serialize for $record {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut fields = serializer.serialize_map(None)?;
                $crate::wire::Record::serialize_fields(self, &mut fields)?;
                serde::ser::SerializeMap::end(fields)
            }
        }

        impl $record {
            $(
                $(#[$view_meta])*
                #[must_use]
                pub fn $view() -> $crate::wire::Columns<Self> {
                    record!(@columns $record { $($($view_column).+),+ })
                }
            )*
        }
    };
    (@columns $record:ident) => {
        $crate::wire::Columns::all()
    };
    (@columns $record:ident { $($($column:ident).+),+ }) => {{
        // A name that is no field does not compile.
        const _: fn(&$record) = |record| {
            $(let _ = &record.$($column).+;)+
        };
        $crate::wire::Columns::of([$(stringify!($($column).+)),+])
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    record! {
        /// A record inside of another.
        pub struct Inner {
            account: &'static str,
            r#type: &'static str,
        }
    }

    record! {
        /// A record with one inside.
        pub struct Outer {
            ..inner: Inner,
            state: Option<u8>,
            version: u8,
        }
        table { version, inner.r#type }
        /// Another choice.
        view named { inner.account }
    }

    #[test]
    fn one_declaration_gives_json_csv_and_tables_their_names_in_order() -> serde_json::Result<()> {
        let record = Outer { inner: Inner { account: "alice", r#type: "liability" }, state: None, version: 7 };
        let json = r#"{"account":"alice","type":"liability","state":null,"version":7}"#;
        assert_eq!(serde_json::to_string(&record)?, json);
        assert_eq!(Outer::columns(), ["account", "type", "state", "version"]);
        assert_eq!(Outer::table().names(), ["version", "type"]);
        assert_eq!(Outer::named().then(Outer::table()).names(), ["account", "version", "type"]);
        assert_eq!(Inner::table().names(), ["account", "type"]);
        Ok(())
    }
}
