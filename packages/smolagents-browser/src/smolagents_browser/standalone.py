"""The tools of programs that start helium's browser themselves and make an agent of their own."""

from smolagents_browser.current import current_browser
from smolagents_browser.tools import tools_of

_by_name = {tool.name: tool for tool in tools_of(current_browser)}

close_popups = _by_name["close_popups"]
go_back = _by_name["go_back"]
search_item_ctrl_f = _by_name["search_item_ctrl_f"]
