from skillgap.api.page.frame import PageRouter

router = PageRouter()
