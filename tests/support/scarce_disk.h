// A file system of which there can be too little, put over a folder for one test: filled up, out of
// inodes, or read-only. It is mounted in a mount namespace of the test's process alone.
#pragma once

#include <filesystem>
#include <string>

namespace kaspar::test {

class ScarceDisk {
  public:
    /// False where this process may not mount, even in a user namespace: nothing can be tried.
    static bool possible();

    /// Over the folder, which goes on to have its files: room for 4 MB and 200 inodes more than few
    /// files take.
    explicit ScarceDisk(std::filesystem::path folder);
    ScarceDisk(const ScarceDisk&) = delete;
    ScarceDisk& operator=(const ScarceDisk&) = delete;
    ~ScarceDisk();

    void take_space() const;
    void take_inodes() const;
    void make_read_only() const;

    /// All is as it was in the beginning.
    void relieve() const;

  private:
    void remount(unsigned long flags) const;
    std::filesystem::path folder_;
};

}  // namespace kaspar::test
