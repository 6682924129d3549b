internal import Glibc

extension FileError.Meaning {
  /// What an error number means to the caller. Quotes are from the manual pages of the calls.
  init(errno: Int32, of call: SystemCall) {
    switch errno {
    case ENOENT: self = .notFound
    case EEXIST: self = .exists
    case ENOTEMPTY: self = .notEmpty
    case ENOTDIR: self = .notADirectory
    case EISDIR: self = .isADirectory
    // openat2(2): "RESOLVE_NO_SYMLINKS … ELOOP", "an escape from the root during path resolution was detected … EXDEV".
    case ELOOP: self = .leadsOutside
    case EXDEV: self = call == .open ? .leadsOutside : .unsupported
    case EACCES, EPERM, EROFS: self = .denied
    case ENOSPC, EDQUOT: self = .noSpace
    case EAGAIN, EBUSY, ETXTBSY: self = .busy
    // A FUSE server that died answers ENOTCONN, one that was aborted ECONNABORTED.
    case ENOTCONN, ECONNABORTED, ECONNRESET, ESTALE, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT: self = .unreachable
    case EOPNOTSUPP, ENOSYS, ENOTTY, EINVAL: self = .unsupported
    case EFBIG, ENAMETOOLONG, EMFILE, ENFILE, EMLINK, EOVERFLOW: self = .tooLarge
    default: self = .failed
    }
  }

  /// The meaning in the words of a message.
  package var words: String {
    switch self {
    case .notFound: "not there"
    case .exists: "exists already"
    case .notEmpty: "not empty"
    case .notADirectory: "not a directory"
    case .isADirectory: "a directory"
    case .leadsOutside: "leads through a symbolic link or outside"
    case .wrongKind: "not the kind of file it must be"
    case .denied: "not allowed"
    case .noSpace: "no space left"
    case .busy: "in use"
    case .timedOut: "not free within the time allowed"
    case .unreachable: "the file system does not answer"
    case .unsupported: "not possible on this file system"
    case .tooLarge: "beyond a limit"
    case .endOfFile: "ends before what was asked for"
    case .changed: "not as it was left"
    case .failed: "failed"
    }
  }
}
