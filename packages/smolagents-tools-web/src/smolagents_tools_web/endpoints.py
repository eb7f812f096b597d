"""Where the services answer."""

DUCKDUCKGO = "https://lite.duckduckgo.com/lite/"
BING = "https://www.bing.com/search"
EXA = "https://api.exa.ai/search"
SERPAPI = "https://serpapi.com/search.json"
SERPER = "https://google.serper.dev/search"
BRAVE = "https://api.search.brave.com/res/v1/web/search"
WIKIPEDIA = "https://{language}.wikipedia.org/w/api.php"
