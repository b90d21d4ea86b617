// Modules: their types, the instances, a test of one; and the keys by which a relay checks what we send it.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { ModuleList, ModuleTypeList } from '../../wire/api/modules.ts'
import { defineOpenRoute, defineRoute, ok, type Route } from './define-route.ts'
import {
  jwks,
  moduleList,
  moduleRecord,
  moduleRequest,
  moduleTest,
  moduleTestRequest,
  moduleTypeList,
} from './module-schemas.ts'

/** A list pasted into a setting. */
const settingsBytesMax = 8_388_608
const params = Type.Object({ id: Type.String({ maxLength: 128 }) })

const types = defineRoute({
  method: 'GET',
  path: '/api/v1/module-types',
  access: 'owner',
  summary: 'Kinds of modules, each with the form that configures one',
  answers: { 200: { description: 'Types', schema: moduleTypeList } },
  async handle({ ports }) {
    return ok({ v: 1, types: ports.modules.types } satisfies ModuleTypeList)
  },
})

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/modules',
  access: 'owner',
  summary: 'The modules that an investigation asks, and how they answered lately',
  answers: { 200: { description: 'Modules', schema: moduleList } },
  async handle({ ports, principal }) {
    return ok({ v: 1, modules: await ports.modules.list(principal.organisation) } satisfies ModuleList)
  },
})

const add = defineRoute({
  method: 'POST',
  path: '/api/v1/modules',
  access: 'owner',
  summary: 'Add a module; its secrets are sealed and never shown again',
  body: moduleRequest,
  bodyBytesMax: settingsBytesMax,
  answers: { 201: { description: 'The module', schema: moduleRecord } },
  async handle({ ports, principal, body }) {
    const made = await ports.modules.add(principal.organisation, body)
    return { status: 201, body: made, headers: { location: `/api/v1/modules/${encodeURIComponent(made.id)}` } }
  },
})

const remove = defineRoute({
  method: 'DELETE',
  path: '/api/v1/modules/:id',
  access: 'owner',
  summary: 'Remove a module with its settings',
  params,
  answers: { 204: { description: 'Removed' } },
  async handle({ ports, principal, params: { id } }) {
    if (!(await ports.modules.remove(principal.organisation, id))) throw unknown(id)
    return { status: 204 }
  },
})

const test = defineRoute({
  method: 'POST',
  path: '/api/v1/modules/:id/test',
  access: 'owner',
  summary: 'Ask a module for its health, and about observables where some are given',
  params,
  body: moduleTestRequest,
  answers: { 200: { description: 'What it said', schema: moduleTest } },
  async handle({ ports, principal, params: { id }, body, signal }) {
    const tested = await ports.modules.test(principal.organisation, id, body.observables ?? [], signal)
    if (tested === undefined) throw unknown(id)
    return ok(tested)
  },
})

const keys = defineOpenRoute({
  method: 'GET',
  path: '/.well-known/jwks',
  access: 'open',
  summary: 'The public keys by which a relay checks our tokens (threat-response-contract 2.2)',
  answers: { 200: { description: 'RSA keys', schema: jwks } },
  async handle({ ports }) {
    return ok(ports.modules.jwks)
  },
})

export const moduleRoutes: readonly Route[] = [types, list, add, remove, test, keys]

function unknown(id: string): Fault {
  return new Fault('module.unknown', { what: `There is no module "${id}" here` })
}
