"""Places that titles of postings end with, as patterns. Not all there are: those that postings name most."""

STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|UK|US|USA|UAE|ON|BC|QC|AB|NSW|VIC|QLD"
)
"""As they are written after a town: of the United States, Canada and Australia, and a few countries."""

PLACES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|New York City|North Carolina|North Dakota|"
    "Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|"
    "Virginia|Washington|West Virginia|Wisconsin|Wyoming|Washington DC|NYC|Atlanta|Austin|Baltimore|Boston|Charlotte|"
    "Chicago|Cincinnati|Cleveland|Columbus|Dallas|Denver|Detroit|Fort Worth|Houston|Indianapolis|Jacksonville|"
    "Kansas City|Las Vegas|Los Angeles|Memphis|Miami|Milwaukee|Minneapolis|Nashville|New Orleans|Orlando|"
    "Philadelphia|Phoenix|Pittsburgh|Portland|Sacramento|Salt Lake City|San Antonio|San Diego|San Francisco|San Jose|"
    "Seattle|St Louis|Tampa|Tucson|United States|United Kingdom|Great Britain|England|Scotland|Wales|"
    "Northern Ireland|Ireland|Canada|Australia|New Zealand|Germany|Deutschland|France|Spain|Italy|Netherlands|"
    "Belgium|Switzerland|Austria|Poland|Portugal|Sweden|Denmark|Norway|Finland|India|Singapore|Japan|China|Brazil|"
    "Mexico|South Africa|London|Birmingham|Manchester|Leeds|Liverpool|Glasgow|Edinburgh|Bristol|Cardiff|Sheffield|"
    "Nottingham|Leicester|Belfast|Dublin|Cork|Toronto|Vancouver|Montreal|Ottawa|Calgary|Edmonton|Sydney|Melbourne|"
    "Brisbane|Perth|Adelaide|Auckland|Wellington|Berlin|Munich|Hamburg|Frankfurt|Cologne|Paris|Madrid|Barcelona|Rome|"
    "Milan|Amsterdam|Rotterdam|Brussels|Zurich|Geneva|Vienna|Warsaw|Lisbon|Stockholm|Copenhagen|Oslo|Helsinki|Mumbai|"
    "Delhi|Bangalore|Bengaluru|Hyderabad|Chennai|Pune|Dubai|Tokyo|Shanghai|Beijing|Hong Kong|Nationwide|Bay Area|"
    "Silicon Valley|Midlands"
)
