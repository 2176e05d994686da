/** Plain words for names made by chance; 196 × 210 pairs. */
export const ADJECTIVES: readonly string[] = `
  able agile amber ample apt aqua arctic autumn avid azure bold bonny brave breezy bright brisk
  broad bronze calm candid careful cheery chief civic clean clear clever cloudy coastal cobalt
  cold cool copper coral cosmic cosy crimson crisp curious daring deep deft dewy eager early
  earnest easy elder emerald equal even exact fair famous fast fine firm fleet floral fluent
  fond frank free fresh frosty gentle giant glad golden grand great green hardy hazel hearty
  honest humble icy indigo ivory jade jolly jovial keen kind large late level light linen lively
  loyal lucid lucky lunar magic maple marble mellow merry mighty mild misty modest mossy muted
  native neat nimble noble olive open opal orange patient pearl placid plain polar polite prime
  proud pure quick quiet rapid rare ready regal rosy royal ruby rural rustic sage sandy scarlet
  sea serene sharp shiny short silent silver simple sincere sleek slim smart smooth snowy soft
  solar solid sonic spry square stable steady stellar still stout strong subtle sunny super sure
  sweet swift tall tame teal tender tidal tidy timely tranquil true trusty upbeat urban valid
  vast velvet vernal violet vivid warm wavy whole wide wild wise witty young zesty
`
  .trim()
  .split(/\s+/)

export const NOUNS: readonly string[] = `
  acorn alder anchor apple arch aspen aster atlas badger bamboo barley basil bay beacon bear
  beaver beech bell birch bison bloom bobcat bridge brook buck canary canoe canyon cedar cello
  cherry cliff clover comet condor coot coral cove coyote crane creek cricket crow cypress
  dahlia dawn deer delta dove dune eagle elk elm ember falcon fern ferry finch fir fjord flame
  flint fox frost garnet gecko geyser ginger glacier glade goose grove gull harbor hare harp
  hawk hazel heath heron hill holly ibex inlet iris island ivy jay juniper kelp kestrel kite
  koala lagoon lake lark laurel leaf lemur lily linden lion llama lotus lynx magpie mallow mango
  maple marlin marsh marten meadow melon mesa mink mint moon moose moss moth nebula newt oak
  oasis ocean olive orca orchid osprey otter owl panda panther parrot peach peak pebble pelican
  pepper petrel pigeon pika pine plover plum pond poppy prairie puffin quail quartz rabbit raven
  reed reef ridge river robin rook rose saffron sage salmon seal sequoia shore sky sparrow
  spring spruce squid star stork stream summit swallow swan swift sycamore teal tern thicket
  thistle thrush tiger toucan trail trout tulip tundra turtle vale valley violet vole walnut
  walrus wave weasel whale willow wind wolf wombat wren yak yarrow zebra zephyr
`
  .trim()
  .split(/\s+/)
