import { createRoot } from 'react-dom/client';
import { ConsoleApp } from './shell/console-app.tsx';
import { applyTheme, keptTheme } from './shell/theme.ts';
import './style/page.css';
import './style/controls.css';
import './style/tables.css';
import './style/report.css';
import './style/shell.css';

applyTheme(keptTheme());
const place = document.getElementById('console');
if (place !== null) createRoot(place).render(<ConsoleApp />);
