import { useEffect, useRef } from 'react';
import type { Ladder } from '../../report/ladder/ladder.ts';
import { ladderFigure } from '../../report/ladder/ladder-figure.ts';
import { ladderStyle } from '../../report/ladder/ladder-style.ts';
import { adoptStyle } from '../shell/theme.ts';

let styled = false;

/** A ladder as reports draw it: escaped text in classes, neither script nor style of its own. */
export function LadderView({ ladder }: { readonly ladder: Ladder }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!styled) adoptStyle(ladderStyle);
    styled = true;
    const template = document.createElement('template');
    template.innerHTML = ladderFigure(ladder);
    place.current?.replaceChildren(template.content);
  }, [ladder]);
  return <div ref={place} className="ladder-place" />;
}
