"""The scripts that run in pages. What they return is the page's word, and is treated as such."""

from __future__ import annotations

# Visible text with line breaks where blocks end, and for each of its characters the node that it is in.
_READ = """
const nodes = [], starts = []; let text = '', block = null;
const walker = document.createTreeWalker(document.body || document.documentElement, NodeFilter.SHOW_TEXT);
while (walker.nextNode() && nodes.length < 100000) {
  const node = walker.currentNode, parent = node.parentElement;
  if (!parent || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(parent.tagName)) continue;
  if (!node.data.trim() && !text.slice(-1).trim()) continue;
  if (parent.checkVisibility && !parent.checkVisibility({visibilityProperty: true})) continue;
  let home = parent;
  while (home.parentElement && getComputedStyle(home).display.startsWith('inline')) home = home.parentElement;
  if (block && home !== block) text += '\\n';
  block = home; nodes.push(node); starts.push(text.length); text += node.data.replace(/\\s/g, ' ');
}
"""

SEARCH = (
    _READ
    + """
const [wanted, nth] = arguments;
const words = wanted.split(' ').map(word => word.replace(/[.*+?^${}()|[\\]\\\\]/g, '\\\\$&'));
const hits = [...text.matchAll(new RegExp(words.join(' +'), 'giu'))];
if (nth > hits.length) return {count: hits.length};
const at = hits[nth - 1].index, length = hits[nth - 1][0].length; let index = starts.length - 1;
while (starts[index] > at) index--;
const range = document.createRange(), offset = at - starts[index];
range.setStart(nodes[index], offset);
range.setEnd(nodes[index], Math.min(offset + length, nodes[index].data.length));
nodes[index].parentElement.scrollIntoView({block: 'center', behavior: 'instant'});
const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
const box = range.getBoundingClientRect();
scrollBy({top: box.top - innerHeight / 2, behavior: 'instant'});
return {count: hits.length, around: text.slice(Math.max(0, at - 80), at + length + 80)};
"""
)

# A page may have put anything in place of its own properties, so that texts are made texts.
DESCRIBE = """
return arguments[0].map(element => {
  const box = element.getBoundingClientRect(), attributes = {};
  for (const {name, value} of [...element.attributes].slice(0, 30))
    attributes[String(name).slice(0, 100)] = String(value).slice(0, 500);
  return {tag: element.tagName.toLowerCase(), text: String(element.innerText ?? '').trim().slice(0, 2000),
    value: element.value === undefined ? null : String(element.value).slice(0, 2000),
    href: element.href === undefined ? null : String(element.href).slice(0, 2000), checked: element.checked === true,
    enabled: !element.disabled, x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width),
    height: Math.round(box.height), attributes};
});
"""

READ_PAGE = "return String(document.body ? document.body.innerText : '').slice(0, arguments[0]);"

# What would get a click on the middle of an element, if that is neither part of it nor around it.
COVERED_BY = """
const element = arguments[0]; element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
const box = element.getBoundingClientRect();
const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
if (!top || top.contains(element) || element.contains(top)) return null;
return '<' + top.tagName.toLowerCase() + '> ' + String(top.innerText ?? '').trim().slice(0, 80);
"""

FOCUS = """
const element = arguments[0];
if (element.type === 'file') return 'file';
element.focus();
if (element.select) element.select();
else if (element.isContentEditable) getSelection().selectAllChildren(element);
return document.activeElement === element ? 'ok' : 'no';
"""

CLICKABLE_TEXTS = """
return [...document.querySelectorAll('a, button, [role=button], [role=link], input[type=submit], label')].slice(0, 500)
  .map(element => String(element.innerText || element.value || '').trim().slice(0, 80)).filter(text => text);
"""

# The topmost thing that lies over the page, and its buttons.
OVERLAY = """
const skipped = arguments[0], words = /cookie|consent|privacy|gdpr|newsletter|subscribe|sign up|discount|app|survey/i;
const visible = e => { const b = e.getBoundingClientRect(); return b.width > 4 && b.height > 4 && e.checkVisibility()
  && b.bottom > 0 && b.right > 0 && b.top < innerHeight && b.left < innerWidth; };
const over = e => ['fixed', 'sticky'].includes(getComputedStyle(e).position);
const middle = document.elementsFromPoint(innerWidth / 2, innerHeight / 2);
const dialog = 'dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]';
const found = [...document.querySelectorAll(dialog + ', body *')]
  .slice(0, 20000).filter(e => visible(e) && !e.closest('header, nav') && (
    e.matches(dialog)
    || (over(e) && (words.test(e.innerText || '') || middle.includes(e)) && (e.innerText || '').trim())))
  .filter(e => !skipped.includes(String(e.innerText).trim().slice(0, 60)));
if (!found.length) return null;
const own = e => parseInt(getComputedStyle(e).zIndex) || 0;
const level = e => { let z = 0; for (; e; e = e.parentElement) z = Math.max(z, own(e)); return z; };
found.sort((a, b) => level(b) - level(a));
const top = found[0];
const buttons = [...top.querySelectorAll('button, [role=button], a, input[type=submit], input[type=button]')]
  .filter(visible).slice(0, 30);
const label = e => String(e.innerText || e.value || e.getAttribute('aria-label') || e.title || e.className).trim();
return {name: String(top.innerText).trim().slice(0, 60), buttons, labels: buttons.map(e => label(e).slice(0, 60)),
  hints: buttons.map(e => [e.getAttribute('aria-label'), e.title, e.className, e.id].join(' ').slice(0, 200))};
"""
