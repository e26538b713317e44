/** The map of an SAE's catalogue, drawn once, and what each neuron does on it. */
import type { Rows } from "../data/matrix";
import type { ItemMap } from "../protocol/neurons";
import type { Sae } from "../sae/model";
import { drawnItems, itemMap } from "./item-map";
import { seedOf } from "./measured-rows";
import { NeuronActivations } from "./neuron-activations";
import { unwatchedPace } from "./pace";

export class MappedItems {
  private drawn: Promise<{ map: ItemMap; onItems: NeuronActivations }> | null = null;

  constructor(
    private readonly sae: Sae,
    private readonly embeddings: Rows,
  ) {}

  async map(): Promise<ItemMap> {
    return (await this.draw()).map;
  }

  /** Of each item drawn, in the map's order. */
  async activations(neuron: number): Promise<Float32Array> {
    return (await this.draw()).onItems.of(neuron);
  }

  private draw() {
    this.drawn ??= this.firstDrawn().catch((thrown) => {
      this.drawn = null;
      throw thrown;
    });
    return this.drawn;
  }

  private async firstDrawn() {
    const items = await drawnItems(this.embeddings, seedOf(this.sae), unwatchedPace());
    const map = await itemMap(items, this.embeddings.rows, unwatchedPace());
    return { map, onItems: new NeuronActivations(this.sae, items.embeddings) };
  }
}
