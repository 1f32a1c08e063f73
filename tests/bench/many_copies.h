// A database with thousands of zones, made in seconds: one zone is added, signed and settled by the
// real programs, then copied under other names: its rows, keys, files, report and instruction
// (sealed anew).
#pragma once

#include "common/formats/signing.h"
#include "tests/support/installation.h"

namespace kaspar::bench {

class ManyCopies {
  public:
    /// What the copies' instructions say.
    struct Style {
        bool shared_keys = false;  ///< else every copy has key files of its own, of the same keys
        VerifyExtent verify = VerifyExtent::all;
    };

    /// `zones` in all, the original included; nothing is due in any of them.
    explicit ManyCopies(std::size_t zones, Style style = {false, VerifyExtent::all});

    /// The signer has never signed any of them.
    void forget_signing() const;

    /// The signer's report on the original arrives once more: that zone is due.
    void report_again() const;

    static constexpr auto original = "original.example";
    static std::string name_of_copy(std::size_t number);  ///< from 1

    test::Installation site;
};

}  // namespace kaspar::bench
