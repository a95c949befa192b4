(function () {
  var find = document.getElementById("find");
  var none = document.getElementById("none");
  var all = Array.prototype.slice.call(document.querySelectorAll("[data-name]"));
  find.addEventListener("input", function () {
    var word = find.value.trim().toLowerCase();
    var shown = 0;
    all.forEach(function (one) {
      one.hidden = !one.getAttribute("data-name").includes(word);
      if (!one.hidden) shown++;
    });
    none.hidden = shown !== 0;
  });
  var graph = document.querySelector("svg.graph");
  if (!graph) return;
  var arrows = Array.prototype.slice.call(graph.querySelectorAll(".arrow"));
  var boxes = Array.prototype.slice.call(graph.querySelectorAll("[data-box]"));
  /* A box under the pointer shows all that leads to it, however far, and what it changes. */
  function reached(start, from, to) {
    var seen = [start];
    seen.forEach(function add(box) {
      arrows.forEach(function (arrow) {
        if (arrow.getAttribute(from) !== box) return;
        arrow.classList.add("lit");
        var next = arrow.getAttribute(to);
        if (seen.indexOf(next) === -1) { seen.push(next); add(next); }
      });
    });
    return seen;
  }
  function clear() {
    graph.classList.remove("looking");
    arrows.concat(boxes).forEach(function (one) { one.classList.remove("lit"); });
  }
  boxes.forEach(function (box) {
    box.addEventListener("mouseenter", function () {
      clear();
      graph.classList.add("looking");
      var name = box.getAttribute("data-box");
      var lit = reached(name, "data-to", "data-from").concat(reached(name, "data-from", "data-to"));
      boxes.forEach(function (one) { if (lit.indexOf(one.getAttribute("data-box")) !== -1) one.classList.add("lit"); });
    });
    box.addEventListener("mouseleave", clear);
  });
  var fit = document.getElementById("fit");
  fit.addEventListener("change", function () { graph.parentNode.classList.toggle("fit", fit.checked); });
})();
