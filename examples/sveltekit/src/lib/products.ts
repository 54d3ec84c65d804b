/**
 * What the shop sells. It is code, so that a price never comes from a cart or from a form:
 * carts hold ids and quantities, and every page looks the rest up here.
 */
export interface Product {
  id: string;
  name: string;
  /** One line, for lists. */
  tagline: string;
  description: string;
  priceCents: number;
  /** Absent where there is only one. */
  sizes?: readonly string[];
  /** Which drawing stands for it, and its hue in degrees. */
  art: Art;
  hue: number;
}

export type Art =
  | 'shirt'
  | 'cap'
  | 'tote'
  | 'mug'
  | 'notebook'
  | 'poster'
  | 'record'
  | 'headphones'
  | 'lamp'
  | 'microphone'
  | 'clapper'
  | 'pencils';

const CLOTHES = ['S', 'M', 'L', 'XL'] as const;

export const PRODUCTS: readonly Product[] = [
  {
    id: 'harbour-shirt',
    name: 'Harbour T-shirt',
    tagline: 'Heavy cotton, printed by hand',
    description:
      'The crane from “The Harbour at Five” in one colour, on 220 g cotton that keeps its shape after the wash.',
    priceCents: 2800,
    sizes: CLOTHES,
    art: 'shirt',
    hue: 178,
  },
  {
    id: 'night-bus-record',
    name: 'Night Bus, 12″ record',
    tagline: 'Field recordings between two terminals',
    description:
      'Forty-one minutes on heavy vinyl, with a fold-out map of the route and a list of every stop that can be heard.',
    priceCents: 2650,
    art: 'record',
    hue: 262,
  },
  {
    id: 'field-notebook',
    name: 'Field notebook',
    tagline: 'Lies flat, takes ink, fits a pocket',
    description:
      'Ninety-six dotted pages, sewn. The last eight are shot lists that tear out along a perforation.',
    priceCents: 1200,
    sizes: ['A6', 'A5'],
    art: 'notebook',
    hue: 24,
  },
  {
    id: 'one-lamp',
    name: 'The one lamp',
    tagline: 'What the guide lights a room with',
    description:
      'A dimmable panel of 15 W with a diffuser and a clamp. It runs for three hours on its own battery.',
    priceCents: 8900,
    art: 'lamp',
    hue: 44,
  },
  {
    id: 'orchard-poster',
    name: 'Orchard Year, poster',
    tagline: 'Fifty-two Sundays on one sheet',
    description:
      'Every Sunday of the film as a square of its own, in four colours on uncoated paper. Sent rolled, in a tube.',
    priceCents: 3400,
    sizes: ['A3', 'A2'],
    art: 'poster',
    hue: 96,
  },
  {
    id: 'lavalier',
    name: 'Clip-on microphone',
    tagline: 'For people who move while they talk',
    description:
      'Omnidirectional, with a clip, two wind shields and two metres of cable that does not rustle.',
    priceCents: 4900,
    art: 'microphone',
    hue: 210,
  },
  {
    id: 'crew-cap',
    name: 'Crew cap',
    tagline: 'Five panels, one long day',
    description: 'Washed cotton with a short peak that stays out of the viewfinder. Adjusts with a strap.',
    priceCents: 2400,
    art: 'cap',
    hue: 340,
  },
  {
    id: 'editing-headphones',
    name: 'Editing headphones',
    tagline: 'Closed, plain, honest',
    description:
      'They flatter nothing, so that a breath cut too short is heard. Every part can be replaced with one screwdriver.',
    priceCents: 12900,
    art: 'headphones',
    hue: 228,
  },
  {
    id: 'reel-tote',
    name: 'Reel tote',
    tagline: 'Carries a tripod, or a week of bread',
    description:
      'Canvas with long handles, a flat bottom and one pocket inside for what must be found quickly.',
    priceCents: 1900,
    art: 'tote',
    hue: 12,
  },
  {
    id: 'barometer-mug',
    name: 'Barometer mug',
    tagline: 'Enamel, for weather of any kind',
    description:
      'From the sessions of “Weather for Strings”: the scale on the inside says how long the coffee will last.',
    priceCents: 1600,
    art: 'mug',
    hue: 196,
  },
  {
    id: 'clapperboard',
    name: 'Clapperboard',
    tagline: 'A clap that cuts through rain',
    description:
      'Beech sticks on an acrylic slate. Writes dry and wipes clean, and the magnets keep it shut.',
    priceCents: 3900,
    art: 'clapper',
    hue: 60,
  },
  {
    id: 'grease-pencils',
    name: 'Grease pencils, set of three',
    tagline: 'For contact sheets and slates',
    description: 'White, red and yellow. Peel the string to sharpen; writes on glass, prints and plastic.',
    priceCents: 900,
    art: 'pencils',
    hue: 300,
  },
];

/** The most of one product that a cart may hold. */
export const MAX_QUANTITY = 20;

export const findProduct = (id: string): Product | undefined => PRODUCTS.find((one) => one.id === id);

/** The key of a line in a cart, as the cart store makes it. */
export const lineKey = (id: string, size?: string): string => (size ? `${id}:${size}` : id);
