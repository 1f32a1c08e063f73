// One process at a time.
#pragma once

#include "common/system/descriptor.h"
#include "common/system/file.h"

namespace kaspar {

/// An advisory lock on a file (created if need be), held until destroyed. Fault: io; refused if
/// another process holds it and `wait` is false, or a signal ended the wait.
class FileLock {
  public:
    static Result<FileLock> acquire(const Path& path, bool wait);

  private:
    explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
    Descriptor descriptor_;
};

}  // namespace kaspar
