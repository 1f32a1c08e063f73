#include "enforcer/commands/completion.h"
#include "enforcer/wiring/invocation.h"

namespace kaspar::enforcer {

void wire_init(CLI::App& app, Invocation& asked) {
    CLI::App* command = app.add_subcommand("init", "make a working set-up under DIR");
    command->add_option("DIR", asked.folder, "the folder; made if need be")->required();
    CLI::Option* sandbox =
        command->add_flag("--sandbox", asked.sandbox, "allow --at, the simulated clock");
    command
        ->add_flag("--configured", asked.configured,
                   "DIR has a kaspar.json: make what it names and is missing")
        ->excludes(sandbox);
    command->callback([&] {
        asked.run = [&] {
            return asked.configured ? init_configured(asked.folder)
                                    : init(asked.folder, asked.sandbox);
        };
    });
}

void wire_backups(CLI::App& app, Invocation& asked) {
    CLI::App* make = app.add_subcommand(
        "backup", "the whole state in one archive, consistent while the programs run");
    make->add_option("FILE", asked.file, "the archive; replaced if it is there")->required();
    CLI::Option* secrets = make->add_flag(
        "--with-secrets", asked.with_secrets,
        "passphrases, PINs and the enforcer's key too: whoever reads the file has the keys");
    make->add_flag("--check", asked.check, "make none; read FILE and tell whether it is good")
        ->excludes(secrets);
    make->callback([&] {
        asked.run = [&]() -> Ending {
            if (asked.check)
                return check_backup(asked.file, asked.common.json);
            KASPAR_TRY(const auto session, Session::open(asked.common));
            return backup(*session, asked.file, asked.with_secrets);
        };
    });

    CLI::App* back = app.add_subcommand("restore", "put a backup back into an empty folder");
    back->add_option("FILE", asked.file, "the archive")->required();
    back->add_option("DIR", asked.folder, "the folder of kaspar.json; made if need be")->required();
    back->add_flag("--outside", asked.outside,
                   "also where kaspar.json names folders outside of DIR");
    back->callback([&] {
        asked.run = [&]() -> Ending {
            return restore({asked.file, asked.folder, asked.outside, Clock::system().now()});
        };
    });
}

void wire_database(CLI::App& app, Invocation& asked) {
    CLI::App& database = *noun(app, "database", "the enforcer's memory");
    database
        .add_subcommand("upgrade",
                        "bring it up to this version of Kaspar; a copy from before stays beside it")
        ->callback([&] { asked.run = [&] { return database_upgrade(asked.common); }; });
}

void wire_completion(CLI::App& app, Invocation& asked) {
    CLI::App* completion = app.add_subcommand("completion", "print a shell's completion script");
    completion->add_option("SHELL", asked.shell, "bash or zsh")->required();
    completion->callback([&] {
        asked.run = [&]() -> Ending {
            KASPAR_TRY(const std::string script, completion_script(app, asked.shell));
            print(script);
            return ExitStatus::done;
        };
    });
}

}  // namespace kaspar::enforcer
