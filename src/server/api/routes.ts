// Every route there is. The tests of access and of OpenAPI are derived from this list.
import type { Route } from './define-route.ts'
import { deviceRoutes } from './device-routes.ts'
import { eventExportRoutes } from './event-export-routes.ts'
import { doctorRoutes } from './doctor-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { eventTailRoutes } from './event-tail-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import { investigationRoutes } from './investigation-routes.ts'
import { ledgerRoutes } from './ledger-routes.ts'
import { monitoringRoutes } from './monitoring-routes.ts'
import { moduleRoutes } from './module-routes.ts'
import { sessionRoutes } from './session-routes.ts'

export const routes: readonly Route[] = [
  ...monitoringRoutes,
  ...sessionRoutes,
  ...eventTailRoutes,
  ...eventExportRoutes,
  ...eventRoutes,
  ...ledgerRoutes,
  ...investigationRoutes,
  ...deviceRoutes,
  ...moduleRoutes,
  ...doctorRoutes,
  ...fleetRoutes,
]
