#include "enforcer/commands/calendar.h"

#include <fmt/format.h>
#include <libical/ical.h>

#include <map>
#include <memory>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "common/values/result.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

struct Free {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
    void operator()(char* text) const { icalmemory_free_buffer(text); }
};
using Component = std::unique_ptr<icalcomponent, Free>;

/// Libical gives null only where memory ends.
Component make(icalcomponent_kind kind) {
    Component made(icalcomponent_new(kind));
    require(made != nullptr, "libical makes components");
    return made;
}

void add(const Component& to, icalproperty* property) {
    require(property != nullptr, "libical makes properties");
    icalcomponent_add_property(to.get(), property);
}

/// `to` owns it from now on.
void add(const Component& to, Component part) {
    icalcomponent_add_component(to.get(), part.release());
}

icaltimetype utc(Time time) {
    return icaltime_from_timet_with_zone(time.time_since_epoch().count(), 0,
                                         icaltimezone_get_utc_timezone());
}

/// Names an event by what it is about, not by its time; those about the same are numbered.
class Naming {
  public:
    std::string uid(const std::string& zone, const Forecast& forecast, const Event& event) {
        std::string about = fmt::format("{} {}", zone, word(event.kind));
        for (const std::size_t key : event.keys)
            about += " " + title(forecast.keys[key]);
        const auto number = ++seen_[about];
        return fmt::format("{}-{}@kaspar", to_hex(sha256(as_bytes(about))).substr(0, 32), number);
    }

  private:
    std::map<std::string, unsigned> seen_;
};

Component reminder(const std::string& summary) {
    auto alarm = make(ICAL_VALARM_COMPONENT);
    add(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
    add(alarm, icalproperty_new_description(summary.c_str()));
    add(alarm, icalproperty_new_trigger(icaltriggertype_from_string("-P1D")));
    return alarm;
}

Component entry(const std::string& zone, const Forecast& forecast, const Event& event,
                const std::string& uid) {
    const std::string summary = fmt::format("{}: {}", zone, event.what);
    const std::string command = command_for(event, zone);
    std::string description = in_words(event);
    if (!command.empty())
        description += "\n" + command;
    auto made = make(ICAL_VEVENT_COMPONENT);
    add(made, icalproperty_new_uid(uid.c_str()));
    add(made, icalproperty_new_dtstamp(utc(forecast.from)));
    add(made, icalproperty_new_dtstart(utc(event.at)));
    add(made, icalproperty_new_summary(summary.c_str()));
    add(made, icalproperty_new_description(description.c_str()));
    add(made, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
    add(made, reminder(summary));
    return made;
}

}  // namespace

bool is_for_a_person(const Event& event) {
    return event.actor == Actor::person || event.kind == EventKind::ds_asked;
}

std::string calendar_text(std::span<const ForeseenOf> zones) {
    auto calendar = make(ICAL_VCALENDAR_COMPONENT);
    add(calendar, icalproperty_new_version("2.0"));
    add(calendar, icalproperty_new_prodid("-//Kaspar//kaspar " KASPAR_VERSION "//EN"));
    Naming names;
    for (const auto& [zone, forecast] : zones)
        for (const Event& event : forecast.events)
            if (is_for_a_person(event))
                add(calendar, entry(zone, forecast, event, names.uid(zone, forecast, event)));
    const std::unique_ptr<char, Free> text(icalcomponent_as_ical_string_r(calendar.get()));
    require(text != nullptr, "libical writes calendars");
    return text.get();
}

}  // namespace kaspar::enforcer
