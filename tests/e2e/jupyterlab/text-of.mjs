/** All words that are shown within an element, also those inside custom elements. */
export async function textOf(locator) {
  return locator.evaluate((root) => {
    const read = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeName === 'STYLE' || node.hidden) return '';
      return [...(node.shadowRoot ?? node).childNodes].map(read).join(' ');
    };
    return read(root).replace(/\s+/g, ' ').trim();
  });
}
