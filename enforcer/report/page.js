// Sorts and filters the overview. Without it the page says the same, the most urgent first. What is
// shown is in the address, "#filter=example&show=needs&sort=-expiry", which makes it a link.
"use strict";

(() => {
    const table = document.getElementById("zones");
    if (!table)
        return;
    const tools = document.getElementById("tools");
    const filter = document.getElementById("filter");
    const show = document.getElementById("show");
    const shown = document.getElementById("shown");
    const body = table.tBodies[0];
    const titles = [...table.tHead.rows[0].cells];
    const rows = [...body.rows].map((row) => ({
        row,
        words: row.textContent.toLowerCase(),
        chapter: chapterOf(row),
    }));
    let sort = "urgency";

    function chapterOf(row) {
        const link = row.querySelector("a");
        return link && document.getElementById(link.getAttribute("href").slice(1));
    }

    function apply() {
        const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        let count = 0;
        for (const { row, words, chapter } of rows) {
            const fits = (!show.value || row.dataset.standing === show.value) &&
                wanted.every((word) => words.includes(word));
            row.hidden = !fits;
            if (chapter)
                chapter.hidden = !fits;
            count += fits;
        }
        shown.textContent = `${count} of ${rows.length} shown`;
    }

    function order() {
        const key = sort.replace(/^-/, "");
        const column = titles.findIndex((title) => title.dataset.key === key);
        if (column === -1)
            return;
        const turn = sort.startsWith("-") ? -1 : 1;
        const collator = new Intl.Collator("en", { numeric: true });
        const value = ({ row }) => row.cells[column].dataset.sort;
        rows.sort((a, b) => (value(a) === "") - (value(b) === "") ||
            turn * collator.compare(value(a), value(b)));
        body.append(...rows.map(({ row }) => row));
        titles.forEach((title) => title.removeAttribute("aria-sort"));
        titles[column].setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
    }

    function remember() {
        const state = new URLSearchParams();
        if (filter.value)
            state.set("filter", filter.value);
        if (show.value)
            state.set("show", show.value);
        if (sort !== "urgency")
            state.set("sort", sort);
        history.replaceState(null, "", `#${state}`);
    }

    // Other addresses lead to a zone's chapter.
    function recall() {
        if (!/^#(filter|show|sort)=/.test(location.hash))
            return;
        const state = new URLSearchParams(location.hash.slice(1));
        filter.value = state.get("filter") || "";
        show.value = state.get("show") || "";
        sort = state.get("sort") || "urgency";
        apply();
        order();
    }

    for (const title of titles) {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...title.childNodes);
        title.append(button);
        button.addEventListener("click", () => {
            const key = title.dataset.key;
            sort = sort === key ? `-${key}` : key;
            order();
            remember();
        });
    }
    for (const control of [filter, show])
        control.addEventListener("input", () => {
            apply();
            remember();
        });
    tools.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", recall);
    tools.hidden = false;
    apply();
    order();
    recall();
})();

// Where a timeline is wider than the screen: what is about to happen is looked for first, and which
// key a bar is of stays in sight.
document.querySelectorAll(".drawing").forEach((box) => {
    const now = box.querySelector("line.now");
    const gutter = box.querySelector(".gutter");
    const room = box.scrollWidth - box.clientWidth;
    if (!now || room === 0)
        return;
    box.addEventListener("scroll", () => {
        gutter.setAttribute("transform", `translate(${box.scrollLeft})`);
    });
    box.scrollLeft = now.x1.baseVal.value - box.clientWidth * 0.7;
});
