use std::os::unix::fs::symlink;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

struct Scene {
    _ground: TempDir,
    allowed: PathBuf,
    outside: PathBuf,
    folders: Folders,
}

/// An allowed folder, a forbidden one beside it, and a downloads folder that does not exist yet.
fn scene() -> Scene {
    let ground = TempDir::new().unwrap();
    let base = ground.path().canonicalize().unwrap();
    let (allowed, outside) = (base.join("allowed"), base.join("outside"));
    fs_err::create_dir(&allowed).unwrap();
    fs_err::create_dir(&outside).unwrap();
    fs_err::write(outside.join("secret.txt"), "secret").unwrap();
    fs_err::write(allowed.join("open.txt"), "hello").unwrap();
    Scene {
        folders: Folders::new(vec![allowed.clone()], vec![allowed.clone()], base.join("data/downloads")),
        _ground: ground,
        allowed,
        outside,
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

async fn refusal(scene: &Scene, path: &Path) -> FileError {
    match scene.folders.read(&text(path)).await {
        Ok(_) => panic!("{} was read", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_file_of_an_allowed_folder_is_read() {
    let scene = scene();
    let path = text(&scene.allowed.join("open.txt"));
    let mut file = scene.folders.read(&path).await.unwrap();
    assert_eq!((file.size, file.name.as_str()), (Some(5), "open.txt"));
    let mut content = String::new();
    file.bytes.read_to_string(&mut content).await.unwrap();
    assert_eq!(content, "hello");
}

#[tokio::test]
async fn no_path_leads_outside() {
    let scene = scene();
    symlink(scene.outside.join("secret.txt"), scene.allowed.join("link")).unwrap();
    symlink(&scene.outside, scene.allowed.join("folder")).unwrap();
    symlink("../outside/secret.txt", scene.allowed.join("relative")).unwrap();
    let ways = [
        scene.outside.join("secret.txt"),
        scene.allowed.join("../outside/secret.txt"),
        scene.allowed.join("link"),
        scene.allowed.join("folder/secret.txt"),
        scene.allowed.join("relative"),
        PathBuf::from("open.txt"),
        PathBuf::from("/etc/passwd"),
    ];
    for way in ways {
        let error = refusal(&scene, &way).await;
        assert!(matches!(error, FileError::Outside { .. }), "{way:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_symlink_that_stays_inside_is_followed() {
    let scene = scene();
    symlink("open.txt", scene.allowed.join("alias")).unwrap();
    let path = text(&scene.allowed.join("alias"));
    assert_eq!(scene.folders.read(&path).await.unwrap().size, Some(5));
}

#[tokio::test]
async fn only_regular_files_are_read() {
    let scene = scene();
    let fifo = scene.allowed.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();
    for no_file in [fifo, scene.allowed.clone(), scene.allowed.join("missing")] {
        let error = refusal(&scene, &no_file).await;
        assert!(matches!(error, FileError::NotFound), "{no_file:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_file_appears_whole_and_under_a_free_name() {
    let scene = scene();
    let folder = text(&scene.allowed);
    let mut file = scene.folders.write(Some(&folder), "open.txt").await.unwrap();
    file.bytes().write_all(b"new").await.unwrap();
    assert!(!scene.allowed.join("open (1).txt").exists());
    let path = file.commit().await.unwrap();
    assert_eq!(path, scene.allowed.join("open (1).txt"));
    assert_eq!(fs_err::read_to_string(path).unwrap(), "new");
    assert_eq!(fs_err::read_to_string(scene.allowed.join("open.txt")).unwrap(), "hello");
}

#[tokio::test]
async fn what_is_not_committed_leaves_nothing_behind() {
    let scene = scene();
    let mut file = scene.folders.write(None, "half.bin").await.unwrap();
    file.bytes().write_all(b"half").await.unwrap();
    drop(file);
    let left = fs_err::read_dir(&scene.folders.downloads).unwrap().count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn nothing_is_written_outside() {
    let scene = scene();
    symlink(&scene.outside, scene.allowed.join("folder")).unwrap();
    for folder in [scene.outside.clone(), scene.allowed.join("folder")] {
        let outcome = scene.folders.write(Some(&text(&folder)), "a").await;
        assert!(matches!(outcome, Err(FileError::Outside { .. })), "{folder:?}");
    }
    let path = scene.folders.write(None, "../../escape").await.unwrap().commit().await.unwrap();
    assert!(path.starts_with(&scene.folders.downloads));
}

#[tokio::test]
async fn a_folder_may_be_read_where_its_files_may() {
    let scene = scene();
    symlink(&scene.outside, scene.allowed.join("elsewhere")).unwrap();
    fs_err::create_dir(scene.allowed.join("inner")).unwrap();
    for folder in [scene.allowed.clone(), scene.allowed.join("inner")] {
        scene.folders.check_readable(&text(&folder)).await.unwrap();
    }
    for folder in [scene.outside.clone(), scene.allowed.join("elsewhere"), scene.allowed.join("../outside")] {
        let refused = scene.folders.check_readable(&text(&folder)).await;
        assert!(matches!(refused, Err(FileError::Outside { .. })), "{}: {refused:?}", folder.display());
    }
    for folder in [scene.allowed.join("none"), scene.allowed.join("open.txt")] {
        let refused = scene.folders.check_readable(&text(&folder)).await;
        assert!(matches!(refused, Err(FileError::NotFound)), "{}: {refused:?}", folder.display());
    }
}
