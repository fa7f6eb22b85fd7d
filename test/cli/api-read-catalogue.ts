/** A catalogue of a team's own, with one event beside the standard ones. */
export const API_READ_CATALOGUE = `version: 1
extends: standard
events:
  api_read:
    description: Somebody reads by the API.
    operation: read
    any:
      - log: rails.api
        when: { method: GET }
    tests:
      - counts: { method: GET, route: /x, status: 200 }
      - ignores: { method: POST, route: /x, status: 200 }
`;
