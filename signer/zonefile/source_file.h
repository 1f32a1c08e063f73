// A zone file's octets and its identity, taken together: the digest is of the very octets given.
#pragma once

#include <filesystem>
#include <string>

#include "common/values/file_identity.h"
#include "common/values/result.h"

namespace kaspar::signer {

struct SourceFile {
    std::string text;
    FileIdentity identity;
};

/// Reads a regular file whole. Fault: io, naming the file and the cause; also if the file changed
/// while it was read.
Result<SourceFile> read_source_file(const std::filesystem::path& path);

}  // namespace kaspar::signer
