//! The file of the lines that were not imported: their bytes as they were, and nothing of anybody else's overwritten.

use std::fs;

use super::Files;
use crate::support::{Program, check, on_every_backend};

on_every_backend! {
    fn lines_keep_their_bytes_their_delimiter_and_their_ends(book: &TestBook) {
        let files = Files::new(book);
        for (end, delimiter) in [("\n", ","), ("\r\n", ";"), ("\r", "\t")] {
            let header = ["from", "to", "amount", "description"].join(delimiter);
            let lines = [
                &b"a,b,1,caf\xe9"[..], b"\"a\",b,x,\"say \"\"hi\"\"\"", b"a,b,x,\"two\nlines\"", b"a,b", b"a,b,1,2,3", b"  ,b,1,",
            ].map(|line| line.split(|byte| *byte == b',').collect::<Vec<_>>().join(delimiter.as_bytes()));
            let mut file = header.clone().into_bytes();
            for line in &lines {
                file.extend_from_slice(end.as_bytes());
                file.extend_from_slice(line);
            }
            files.import_bytes(&file).ends(65);
            let rejects = fs::read(files.rejects()).unwrap();
            for line in &lines {
                let expected = [delimiter.as_bytes(), line, end.as_bytes()].concat();
                let is_there = rejects.windows(expected.len()).any(|window| window == expected);
                assert!(is_there, "{} in {}", String::from_utf8_lossy(line), String::from_utf8_lossy(&rejects));
            }
        }
    }

    fn a_place_that_cannot_be_written_is_told_before_anything_is_posted(book: &TestBook) {
        let files = Files::new(book);
        let file = files.write(b"from,to,amount\na,b,1\na,b,x\n");
        let import = |rejects: &str, more: &[&str]| {
            let rejects = files.folder.path().join(rejects);
            let arguments = [&["import", "transfers", file.to_str().unwrap(), "--rejects", rejects.to_str().unwrap()], more].concat();
            Program::on(book, &arguments).run()
        };
        fs::write(files.folder.path().join("keep.csv"), "mine").unwrap();
        fs::create_dir(files.folder.path().join("folder")).unwrap();
        import("keep.csv", &[]).ends(65).says("the file exists").says("--force");
        import("folder", &["--force"]).ends(65).says("it is a folder");
        import("missing/rejects.csv", &["--force"]).ends(65).says("No such file");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("keep.csv", files.folder.path().join("link.csv")).unwrap();
            import("link.csv", &["--force"]).ends(65).says("it is a link");
        }
        assert_eq!(fs::read(files.folder.path().join("keep.csv")).unwrap(), b"mine");
        check(book, "balance b version 0");
        import("keep.csv", &["--force"]).ends(65).shows("keep.csv");
        assert!(fs::read_to_string(files.folder.path().join("keep.csv")).unwrap().starts_with("reject_line,"));
        check(book, "balance b version 1");
    }

    fn the_open_book_is_never_overwritten(book: &TestBook) {
        let Some(path) = book.url.strip_prefix("sqlite://") else { return };
        let files = Files::new(book);
        let file = files.write(b"from,to,amount\na,b,x\n");
        for name in [path.to_owned(), format!("{path}-wal"), format!("{path}-shm"), format!("{path}-journal")] {
            for arguments in [
                &["import", "transfers", file.to_str().unwrap(), "--force", "--rejects", &name][..],
                &["export", "--force", "--out", &name],
            ] {
                Program::on(book, arguments).run().ends(65).says("it is the open book or a part of it");
            }
            Program::on(book, &["seal", "--out", &name]).run().ends(65).says("it is the open book");
            Program::on(book, &["backup", &name]).run().ends(65);
        }
        check(book, "balance b version 0");
    }

    fn an_import_that_does_not_come_to_its_end_leaves_no_rejects(book: &TestBook) {
        let files = Files::new(book);
        files.import("from,to,amount\na,b,x\na,b,1\na,\"b\"c,1\n").ends(65).says("line 4, column 6");
        let names: Vec<_> = fs::read_dir(files.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["transfers.csv"]);
    }
}
