import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { page } from "../platform/http/contract/Pagination.ts"
import * as Preconditions from "../platform/http/contract/Preconditions.ts"
import { setHeader } from "../platform/http/contract/ResponseHeaders.ts"
import type { UsersApi } from "./Api.ts"
import { Users } from "./Users.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Users, (users): Handlers<typeof UsersApi> => ({
  list: ({ urlParams }) => page("/users/", urlParams, users.list),
  create: ({ payload }) =>
    Effect.tap(users.create(payload), ({ id }) => setHeader("location", `/users/${id}/complete-profile`)),
  completeProfile: ({ path }) => users.completeProfile(path.user_id),
  listPosts: ({ path, urlParams }) =>
    page(`/users/${path.user_id}/posts`, urlParams, (window) => users.listPosts(path.user_id, window)),
  createPost: ({ path, payload }) =>
    Effect.tap(
      users.createPost(path.user_id, payload),
      ({ id }) => setHeader("location", `/users/${path.user_id}/posts/${id}`)
    ),
  getPost: ({ path }) => users.getPost(path.user_id, path.post_id),
  deletePost: ({ path }) => users.deletePost(path.user_id, path.post_id),
  follow: ({ path, request }) => users.follow(path.user_id, path.follower_id, Preconditions.requirement(request)),
  unfollow: ({ path, request }) => users.unfollow(path.user_id, path.follower_id, Preconditions.requirement(request))
}))
