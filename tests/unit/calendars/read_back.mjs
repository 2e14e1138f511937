// Reads calendars with ical.js, from a JSON object of texts on standard input, and answers what it
// understood. The zone comes from the calendar itself, not from this machine's zone database.
import { readFileSync } from "node:fs";
import ICAL from "../../../web/node_modules/ical.js/dist/ical.js";

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  const events = calendar.getAllSubcomponents("vevent");
  const event = events[0];
  const moment = (name) => {
    const time = event.getFirstPropertyValue(name);
    if (event.getFirstProperty(name).getParameter("tzid") === zone.tzid) time.zone = zone;
    return time;
  };
  const value = (name) => event.getFirstPropertyValue(name);
  return {
    events: events.length,
    method: calendar.getFirstPropertyValue("method"),
    start: moment("dtstart").toUnixTime(),
    end: moment("dtend").toUnixTime(),
    "wall clock": moment("dtstart").toString(),
    stamp: moment("dtstamp").toUnixTime(),
    summary: value("summary"),
    location: value("location"),
    description: value("description"),
    status: value("status"),
    uid: value("uid"),
    sequence: value("sequence"),
    organizer: value("organizer"),
    attendees: event.getAllProperties("attendee").map((each) => each.getFirstValue()),
  };
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = Object.entries(asked).map(([name, text]) => [name, read(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(answers)));
