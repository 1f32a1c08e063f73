#include "tests/fuzz/input.h"

#include <fstream>

#include "tests/support/temp_folder.h"

namespace kaspar::fuzz {

// Alone in its folder: an $INCLUDE of a neighbour, as of the fuzzer's own log, finds none.
std::filesystem::path file_with(std::string_view content) {
    static const test::TempFolder folder;
    std::ofstream out(folder / "input", std::ios::binary);
    out << content;
    require(out.flush().good(), "a file can be written");
    return folder / "input";
}

}  // namespace kaspar::fuzz
